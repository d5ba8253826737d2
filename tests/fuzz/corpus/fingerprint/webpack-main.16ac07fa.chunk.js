main.16ac07fa.chunk.js
"use strict";(self.webpackChunk=self.webpackChunk||[]).push([[792],{383(e,t,a){const n=a.p+"gate-df9e2f5b.png",c=(a.p,document.createElement("img"));c.src=n,c.alt="The gate",document.body.append(c),c.addEventListener("click",async()=>{const{light:e}=await a.e(407).then(()=>a(407));c.alt=e("hall")})}},e=>{e(383)}]);
//# sourceMappingURL=main.16ac07fa.chunk.js.map