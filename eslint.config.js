import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import ts from 'typescript-eslint';

/** Rooms in the order of their imports: each may import from those before it, never from later ones. */
const forbidden = {
  protocol: 'stream|jobs|records|worker|stores|composables|components|dashboard|locales',
  stream: 'jobs|records|worker|stores|composables|components|dashboard|locales',
  jobs: 'records|worker|stores|composables|components|dashboard|locales',
  records: 'jobs|worker|stores|composables|components|dashboard|locales',
  worker: 'stores|composables|components|dashboard|locales',
  stores: 'worker|composables|components|dashboard|locales',
  composables: 'components|dashboard',
  components: 'dashboard',
  locales: 'stream|jobs|records|worker|stores|composables|components|dashboard',
};
const frameworkFree = ['protocol', 'stream', 'jobs', 'records', 'worker'];

/** What makes HTML of a text: texts come from the wire. */
const message = 'Texts come from the wire: use textContent, or a template.';
const htmlSinks = [
  ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', '__proto__'].map(
    (property) => ({ property, message }),
  ),
  ...['write', 'writeln'].map((property) => ({ object: 'document', property, message })),
];

function roomRules([room, rooms]) {
  const patterns = [
    { regex: `^(\\.\\./)+(${rooms})(/|$)`, message: `src/${room} may not import from there.` },
    { regex: '(^|/)mocks(/|$)', message: 'src never imports mocks.' },
  ];
  if (frameworkFree.includes(room)) {
    patterns.push({ regex: '^(vue|pinia|@vueuse/.*|node:.*)$', message: 'Web standards only.' });
  }
  return {
    files: [`src/${room}/**/*.{ts,vue}`],
    rules: {
      'no-restricted-imports': ['error', { patterns }],
      ...(frameworkFree.includes(room) && {
        'no-restricted-globals': ['error', 'window', 'document', 'process'],
      }),
    },
  };
}

export default ts.config(
  { ignores: ['dist', 'dist-*', 'coverage', 'demo/public'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  prettier,
  {
    rules: {
      'no-undef': 'off', // TypeScript knows better
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
      'no-restricted-properties': ['error', ...htmlSinks],
      '@typescript-eslint/consistent-type-imports': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/no-v-html': 'error',
    },
  },
  ...Object.entries(forbidden).map(roomRules),
  {
    files: ['mocks/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '(^|/)src/(?!protocol/)',
              message: 'mocks imports the protocol alone.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only server.ts and worker.ts read the environment.' },
      ],
    },
  },
  {
    files: ['mocks/server.ts', 'mocks/worker.ts', 'mocks/seed.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['tests/**'],
    rules: {
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': 'off',
      'no-restricted-properties': 'off', // they look into what was drawn
      'vue/one-component-per-file': 'off', // a test makes as many as it needs
    },
  },
  {
    files: ['scripts/**', 'bench/**', 'mocks/server.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['*.config.{js,ts}', '**/*.vue', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
