app.cbaa207df588.js
console.log('The gate is open.');
//# sourceMappingURL=app.js.map
