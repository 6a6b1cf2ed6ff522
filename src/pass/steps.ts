/** The steps of a pass that has something to do, loaded together and only then. */
export { openPass } from './open-pass.js'
export { recover } from './recover.js'
export { lock } from './lock.js'
export { watch } from './watch.js'
export { closePass } from './close-pass.js'
