import type { Report } from './messages.js'

/** Sends the newest progress only, one message at a time, however often a job reports. */
export function createProgressSender(
  send: (report: Report, sent: () => void) => void,
): (fraction: number, note: string | null) => void {
  let latest: Report | null = null
  let isSending = false
  return (fraction, note) => {
    latest = { type: 'progress', fraction, note }
    if (!isSending) sendLatest()
  }

  function sendLatest(): void {
    isSending = latest !== null
    if (latest === null) return
    const report = latest
    latest = null
    send(report, sendLatest)
  }
}
