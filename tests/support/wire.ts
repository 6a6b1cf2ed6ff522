import type { Socket } from 'node:net'

/** What a wire does to everything that travels over it, in either direction; may change at any time. */
export interface Weather {
  /** Milliseconds that every packet is under way. */
  delayMs: number
  /** Share of packets that are lost, from 0 to 1. */
  loss: number
  /** Packets that were lost so far. */
  lost: number
}

const SEGMENT_BYTES = 1460
const SHORTEST_RETRANSMISSION_MS = 200

/**
 * One direction of a connection. What TCP makes of a lost packet is a stall: the sender notices after a retransmission
 * timeout (a round trip and 200 ms on Linux, doubled each time), and whatever was sent behind it waits with it.
 */
export function createWire(to: Socket, weather: Weather): (data: Buffer) => void {
  const underWay: { data: Buffer; dueMs: number }[] = []

  function deliver(): void {
    while (underWay[0] !== undefined && underWay[0].dueMs <= performance.now()) {
      const { data } = underWay[0]
      underWay.shift()
      if (to.writable) to.write(data)
    }
    arm()
  }

  function arm(): void {
    if (underWay[0] !== undefined) setTimeout(deliver, Math.max(0, Math.ceil(underWay[0].dueMs - performance.now())))
  }

  return (data) => {
    const stallMs = longestStall(data.length, weather)
    if (underWay.length === 0 && weather.delayMs + stallMs === 0) {
      to.write(data)
      return
    }
    const behindMs = underWay.at(-1)?.dueMs ?? 0
    underWay.push({ data, dueMs: Math.max(behindMs, performance.now() + weather.delayMs + stallMs) })
    if (underWay.length === 1) arm()
  }
}

function longestStall(bytes: number, weather: Weather): number {
  let longest = 0
  for (let left = bytes; left > 0; left -= SEGMENT_BYTES) {
    let stallMs = 0
    for (
      let timeoutMs = 2 * weather.delayMs + SHORTEST_RETRANSMISSION_MS;
      Math.random() < weather.loss;
      timeoutMs *= 2
    ) {
      weather.lost += 1
      stallMs += timeoutMs
    }
    longest = Math.max(longest, stallMs)
  }
  return longest
}
