// Takes pictures with the webcam and puts them into the form's own file field.
"use strict";
(() => {
  const form = document.getElementById("face");
  const start = document.getElementById("start");
  if (!form || !navigator.mediaDevices) return;
  const field = form.querySelector("input[type=file]");
  const view = document.getElementById("view");
  const shots = document.getElementById("shots");
  const taken = [];
  start.hidden = false;

  start.addEventListener("click", async () => {
    try {
      view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
      await view.play();
      form.querySelector(".camera").hidden = false;
      start.hidden = true;
    } catch {
      shots.textContent = "没有可用的摄像头，请选择照片。 No camera here: choose a picture.";
    }
  });

  document.getElementById("shoot").addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = view.videoWidth;
    canvas.height = view.videoHeight;
    canvas.getContext("2d").drawImage(view, 0, 0);
    canvas.toBlob((blob) => keep(blob), "image/jpeg", 0.95);
  });

  function keep(blob) {
    taken.push(new File([blob], `desk-${Date.now()}.jpg`, { type: "image/jpeg" }));
    if (taken.length > Number(form.dataset.most)) taken.shift();
    const list = new DataTransfer();
    taken.forEach((file) => list.items.add(file));
    field.files = list.files;
    shots.replaceChildren(...taken.map(picture));
  }

  function picture(file) {
    const image = new Image();
    image.alt = "";
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    return image;
  }
})();
