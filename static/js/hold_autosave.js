// On the screen that says "somebody else has saved a newer draft": nothing is saved until the editor saves.
document.addEventListener("w-autosave:save", function (event) {
  event.preventDefault();
});
