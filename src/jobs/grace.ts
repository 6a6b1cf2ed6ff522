/**
 * Acts once the signal has been aborted for `graceMs`, or at once when after that `hurry` aborts, unless what it returns is
 * called before.
 */
export function afterGrace(signal: AbortSignal, graceMs: number, act: () => void, hurry?: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  if (signal.aborted) start()
  else signal.addEventListener('abort', start, { once: true })
  return cancel

  function start(): void {
    timer = setTimeout(end, hurry?.aborted === true ? 0 : graceMs)
    hurry?.addEventListener('abort', end, { once: true })
  }

  function end(): void {
    cancel()
    act()
  }

  function cancel(): void {
    clearTimeout(timer)
    signal.removeEventListener('abort', start)
    hurry?.removeEventListener('abort', end)
  }
}
