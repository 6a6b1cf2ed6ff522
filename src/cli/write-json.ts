import type { Output } from './context.js'

/** One JSON document; instants become ISO 8601 strings in UTC. */
export function writeJson(output: Output, document: unknown): void {
  output.write(`${JSON.stringify(document, null, 2)}\n`)
}
