// Photographs are made small enough to be read and sent from a phone; what cannot be is said before it is sent.
const LONGEST = 2400; // pixels
const SMALL = 1500000; // bytes that need no shrinking
const QUALITY = 0.85;

const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;

async function shrunk(file) {
  if (file.size <= SMALL) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && blob.size < file.size ? new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" }) : file;
}

function watch(input, said) {
  const [most, limit] = [Number(input.dataset.most), Number(input.dataset.maxBytes)];
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    if (!chosen.length) return;
    said.textContent = `正在处理 ${chosen.length} 张照片……`;
    const kept = new DataTransfer();
    const words = chosen.length > most ? [`一次最多 ${most} 张，后面的没有选上。`] : [];
    for (const file of chosen.slice(0, most)) {
      const small = await shrunk(file).catch(() => file); // not a picture this browser knows: the server says what it is
      if (small.size <= limit) kept.items.add(small);
      else words.push(`“${file.name}”有 ${megabytes(file.size)}，超过上限 ${megabytes(limit)}，没有选上。请在手机相册里缩小后再选。`);
    }
    input.files = kept.files;
    const size = [...kept.files].reduce((sum, file) => sum + file.size, 0);
    if (kept.files.length) words.unshift(`已选 ${kept.files.length} 张，共 ${megabytes(size)}。`);
    said.textContent = words.join("");
  });
}

document.querySelectorAll("[data-writing]").forEach((form) => {
  const input = form.querySelector("input[type=file][multiple]");
  if (input) watch(input, form.querySelector("[data-photos-said]"));
});
