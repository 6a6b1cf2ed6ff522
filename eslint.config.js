import tseslint from 'typescript-eslint'

const OF_THIS_HOST = 'Time comes from src/clock.ts (or the database), so that tests can set it.'

export default tseslint.config(
  { ignores: ['dist', '.dist-*', 'coverage', 'src/queries/generated', '**/.railway', 'tests/**/fixtures'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Ports are plain objects of closures; their methods have no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // A port is asynchronous even where an engine (libsql) answers at once.
      '@typescript-eslint/require-await': 'off',
      // tsconfig's noPropertyAccessFromIndexSignature is off, but environment variables read better in brackets.
      '@typescript-eslint/dot-notation': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
          message: 'Only the shim in bin/ ends the process.',
        },
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: OF_THIS_HOST },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: OF_THIS_HOST },
      ],
    },
  },
  {
    files: ['src/clock.ts', 'src/log.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' },
  },
  {
    files: ['tests/**', 'bench/**', 'examples/**'],
    rules: {
      'no-restricted-syntax': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '*.config.ts'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, 'no-restricted-syntax': 'off', 'no-console': 'error' },
  },
)
