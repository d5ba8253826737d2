main-G64NBNGF.js
var e="./gate-6DRJZVLG.png";var t=document.createElement("img");t.src=e;t.alt="The gate";document.body.append(t);t.addEventListener("click",async()=>{let{light:a}=await import("./lamp-U6KLFUOW.js");t.alt=a("hall")});
