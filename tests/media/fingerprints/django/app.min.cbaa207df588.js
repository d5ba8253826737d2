console.log('The gate is open.');
//# sourceMappingURL=app.js.map
