import { describe, expect, it } from 'vitest'
import { splitStatements } from '../../src/store/split-statements.js'

describe('splitting a script', () => {
  it('cuts at semicolons and drops comments', () => {
    expect(splitStatements('-- first\nSELECT 1;\n\n/* a; b */ SELECT 2 ; # c;\nSELECT 3')).toEqual([
      'SELECT 1',
      'SELECT 2',
      'SELECT 3',
    ])
  })

  it('leaves semicolons in quotes alone', () => {
    const statements = [
      `INSERT INTO t VALUES ('a;b', "c;''d", 'it''s; \\'; -- no comment')`,
      'SELECT `odd;name` - 1 / 2 FROM t',
    ]
    expect(splitStatements(`${statements.join(';\n')};\n`)).toEqual(statements)
  })

  it('keeps what MySQL runs in comments', () => {
    expect(splitStatements('/*!40101 SET NAMES utf8mb4; */; SELECT 1')).toEqual([
      '/*!40101 SET NAMES utf8mb4; */',
      'SELECT 1',
    ])
  })

  it('finds nothing in nothing', () => {
    expect(splitStatements(' ;\n;; -- only a comment')).toEqual([])
  })
})
