/**
 * Sends what jobs print to stdout to stderr, so that stdout holds one JSON document and nothing else. Answers how to end it.
 */
export function divertStdout(): () => void {
  const { stdout, stderr } = process
  const write = stdout.write.bind(stdout)
  stdout.write = stderr.write.bind(stderr)
  return () => {
    stdout.write = write
  }
}
