// A quoted text (with its escapes), a comment, a semicolon, or anything else.
const TOKEN =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"`\-#/;]+|[\s\S]/g

/** Splits a script at its semicolons, leaving those in quotes and comments alone; comments are dropped. */
export function splitStatements(script: string): string[] {
  const statements: string[] = []
  let current = ''
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ';') {
      statements.push(current)
      current = ''
    } else if (!isComment(token)) {
      current += token
    }
  }
  statements.push(current)
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '')
}

function isComment(token: string): boolean {
  // MySQL runs what stands in /*! … */.
  return token.startsWith('--') || token.startsWith('#') || (token.startsWith('/*') && !token.startsWith('/*!'))
}
