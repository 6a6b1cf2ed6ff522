/** From now on what configs and jobs print to stdout goes to stderr. An `Output` made before keeps stdout, for one JSON document. */
export function divertStdout(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}
