407.590fbcac50a20f546e72.js
"use strict";(self.webpackChunk=self.webpackChunk||[]).push([[407],{407(e,t,h){function i(e){return`The lamp in the ${e} is lit.`}h.d(t,{light:()=>i})}}]);
//# sourceMappingURL=407.590fbcac50a20f546e72.js.map