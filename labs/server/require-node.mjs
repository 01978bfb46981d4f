// Runs before the course starts, on whatever Node runs it: says plainly why an old one cannot start the course.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Both Ends needs Node 22.19 or later, and brings its own; what runs here is ${process.version} (${process.platform} ${process.arch}).\n` +
      'Run `npm ci` in this folder and start it by `npm start`. If this message stays, npm has no Node for this system:\n' +
      'install Node 26 yourself and try again.',
  )
  process.exit(1)
}
