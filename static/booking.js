// Says which time is picked beside the button that books it. Without this the radios say it alone.
"use strict";
const words = document.querySelector("[data-picked-words]");
const say = () => {
  const picked = document.querySelector("input[name=slot]:checked");
  if (!words || !picked) return;
  document.querySelector("[data-picked-hint]").textContent = "You picked";
  words.textContent = picked.dataset.picked;
};
document.addEventListener("change", say);
window.addEventListener("pageshow", say);
