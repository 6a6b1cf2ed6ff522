import { Worker } from 'node:worker_threads'

// Plain CommonJS text, so that the thread needs no file of its own and starts fast.
const WATCH = `
const { workerData } = require('node:worker_threads')
const look = () => {
  if (process.ppid !== workerData.parentPid) process.kill(workerData.target, 'SIGKILL')
}
look()
setInterval(look, 500)
`

/**
 * Ends this process and its group when the pass that started it is gone. A thread, because a job that blocks
 * the event loop would never notice and run beside its own retry. `parentPid` comes from the parent itself, which may be
 * gone before this process could ask who it is.
 */
export function watchParent(parentPid: number): void {
  const target = process.platform === 'win32' ? process.pid : -process.pid
  const workerData = { parentPid, target }
  new Worker(WATCH, { eval: true, execArgv: [], workerData }).unref()
}
