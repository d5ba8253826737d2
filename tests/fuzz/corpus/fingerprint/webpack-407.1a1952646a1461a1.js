407.1a1952646a1461a1.js
"use strict";(self.webpackChunk=self.webpackChunk||[]).push([[407],{407(e,t,h){function i(e){return`The lamp in the ${e} is lit.`}h.d(t,{light:()=>i})}}]);
//# sourceMappingURL=407.1a1952646a1461a1.js.map