lamp-DVvHTO6Q.js
function e(e){return`The lamp in the ${e} is lit.`}export{e as light};