/** The start of UTF-8 bytes, at most `maxBytes` of them, cut between characters. */
export function headOf(bytes: Buffer, maxBytes: number): string {
  let end = Math.min(maxBytes, bytes.length)
  if (end < bytes.length) {
    for (let steps = 0; steps < 3 && end > 0 && isContinuation(bytes[end]); steps++) end--
  }
  return bytes.toString('utf8', 0, end)
}

/** The end of UTF-8 bytes, at most `maxBytes` of them, cut between characters. */
export function tailOf(bytes: Buffer, maxBytes: number): string {
  let start = Math.max(0, bytes.length - maxBytes)
  if (start > 0) {
    for (let steps = 0; steps < 3 && isContinuation(bytes[start]); steps++) start++
  }
  return bytes.toString('utf8', start)
}

/** A text of at most `maxBytes` of UTF-8; what was too long ends in `…`. */
export function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  return bytes.length <= maxBytes ? bytes.toString() : `${headOf(bytes, maxBytes - 3)}…`
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
