import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const FOLDER = path.resolve(import.meta.dirname, '../../src/store/statements')
const SENDS = new Set(['all', 'run', 'many', 'insertAll', 'updateEach'])

/** Every function of the store that sends a statement, as `file:function`. */
export function readStatements(): string[] {
  const found = new Set<string>()
  for (const file of readdirSync(FOLDER)) {
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(FOLDER, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    )
    for (const node of source.statements) {
      const name = ts.isFunctionDeclaration(node) ? node.name?.text : undefined
      if (name !== undefined && sends(node)) found.add(`${file}:${name}`)
    }
  }
  return [...found].sort()
}

function sends(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) {
    const { expression } = node
    if (ts.isIdentifier(expression) && SENDS.has(expression.text)) return true
    // `statements.run(…)`; not `Promise.all(…)`.
    const owner = ts.isPropertyAccessExpression(expression) ? expression.expression.getText() : ''
    if (ts.isPropertyAccessExpression(expression) && owner === 'statements' && SENDS.has(expression.name.text))
      return true
  }
  return ts.forEachChild(node, sends) ?? false
}
