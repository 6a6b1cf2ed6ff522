import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const FOLDER = path.resolve(import.meta.dirname, '../../src/store')
const SQL = /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|LIMIT|VALUES)\b/

/** What may stand in a statement's text: constants, the dialect, column lists, placeholders, whole numbers. */
const ALLOWED = [
  /^[A-Z][A-Z_]*$/,
  /^(now|nowPlusMs|forUpdate|byPrimaryKey|straightJoin)$/,
  /^(statements\.)?dialect\.\w+$/,
  /^(marks|names|selectList|count|earliest|orphans)\(/,
  /^Math\.(trunc|max)\(/,
  /^list$/, // Placeholders, made by allIn.
  // Texts put together from the above in the same file.
  /^(sql|select|own|these|condition|named|expired|running|reserved|due|waiting|more|ends|passStartedAt|alive|asked|at|key|columns|table|enabled|unfinished|wakesByItself|where|tuple|first|others|set|and)$/,
  /^(columns|set|batch|nothing)(\.\w+\(.*\))*\.join\(/s,
]

/** Templates of error messages and such hold no SQL, or go to people. */
function templatesOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node) && SQL.test(node.getText()) && !isMessage(node))
      for (const span of node.templateSpans) found.push(`${path.relative(FOLDER, file)}: ${span.expression.getText()}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isMessage(node: ts.Node): boolean {
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isNewExpression(at) && at.expression.getText().endsWith('Error')) return true
    if (ts.isPropertyAssignment(at) && at.name.getText() === 'fix') return true
    if (ts.isArrayLiteralExpression(at) && at.parent.kind === ts.SyntaxKind.ReturnStatement) return true
  }
  return false
}

describe('SQL of the store', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

  it('is made of constants and placeholders: no value ever stands in a text', () => {
    const parts = files.flatMap((file) => templatesOf(path.join(FOLDER, file)))
    expect(parts.length).toBeGreaterThan(50)
    const strange = parts.filter(
      (part) => !ALLOWED.some((allowed) => allowed.test(part.split(': ').slice(1).join(': '))),
    )
    expect([...new Set(strange)]).toEqual([])
  })
})

describe('command jobs', () => {
  it('never go through a shell', () => {
    const folder = path.resolve(FOLDER, '../jobs')
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    expect(texts.filter((text) => /\bshell: (true|'|")|execSync|\b(?<!\.)exec\(|execaCommand/.test(text))).toEqual([])
  })
})
