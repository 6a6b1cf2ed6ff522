import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

export const ROOT = path.resolve(import.meta.dirname, '../..')

export interface Source {
  /** Relative to src/. */
  file: string
  text: string
  lines: number
  imports: Import[]
}

export interface Import {
  /** Relative to src/, or the name of a package. */
  target: string
  kind: 'value' | 'type' | 'dynamic'
  isPackage: boolean
}

/** Every hand-written file of src/ with what it imports. */
export function readSources(): Source[] {
  const folder = path.join(ROOT, 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('generated'))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(folder, file), 'utf8')
      return { file, text, lines: text.split('\n').length - 1, imports: importsOf(file, text) }
    })
}

/** The folder of a file; files beside the folders are the faces and the foundation. */
export function roomOf(file: string): string {
  if (file.includes('/')) return file.slice(0, file.indexOf('/'))
  return /^(index|client|calendar|testing)\.ts$/.test(file) ? 'faces' : 'foundation'
}

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, kind: Import['kind']): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier) || specifier.text.startsWith('node:')) return
    const isPackage = !specifier.text.startsWith('.')
    const local = path.posix.join(path.posix.dirname(file), specifier.text).replace(/\.js$/, '.ts')
    found.push({ target: isPackage ? specifier.text : local, kind, isPackage })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node) ? 'type' : 'value')
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value')
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type')
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], 'dynamic')
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
  return found
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const names = clause.namedBindings
  return (
    clause.name === undefined &&
    names !== undefined &&
    ts.isNamedImports(names) &&
    names.elements.every((e) => e.isTypeOnly)
  )
}
