// A lamp that can be lit; loaded on demand.
function light(room) {
  return `The lamp in the ${room} is lit.`;
}

export { light };
