import { spawnSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import type { CodeBlock } from './code-blocks.ts'

/** Functions that check the syntax of code, keyed by language. They return a description of the error, or null. */
export const syntaxChecks: Readonly<Record<string, (code: string) => string | null>> = {
  sh: checkShell,
  bash: checkShell,
  json: checkJson,
  yaml: checkYaml,
  properties: checkProperties,
}

/**
 * Languages that `syntaxChecks` does not check. `tools/examples` compiles TypeScript, and `checkPython` compiles
 * Python.
 */
export const otherLanguages: ReadonlySet<string> = new Set([
  'cedar',
  'dockerfile',
  'html',
  'http',
  'ini',
  'js',
  'md',
  'mermaid',
  'python',
  'rust',
  'sql',
  'text',
  'toml',
  'ts',
])

function checkShell(code: string): string | null {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' })
  return status === 0 ? null : stderr.trim()
}

/** Checks the syntax of a JSON document, or of JSON members without the braces around them. */
function checkJson(code: string): string | null {
  const isFragment = /^\s*"[^"]*"\s*:/.test(code)
  try {
    JSON.parse(isFragment ? `{${code}}` : code)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function checkYaml(code: string): string | null {
  const documents = parseAllDocuments(code)
  const errors = Array.isArray(documents) ? documents.flatMap(({ errors }) => errors) : []
  return errors[0]?.message ?? null
}

function checkProperties(code: string): string | null {
  const wrong = code.split('\n').find((line) => !/^\s*(?:[#!].*)?$|^\s*[^\s=:]+\s*(?:[=:\s]).*$/.test(line))
  return wrong === undefined
    ? null
    : `This line is neither a comment nor a property such as key=value: ${wrong}`
}

const python = `
import json, sys
wrong = {}
for index, code in enumerate(json.load(sys.stdin)):
    try:
        compile(code, "block", "exec")
    except SyntaxError as error:
        wrong[index] = f"line {error.lineno}: {error.msg}"
print(json.dumps(wrong))
`

/** Returns whether this machine has Python 3. */
export function hasPython(): boolean {
  return spawnSync('python3', ['--version']).status === 0
}

/** Compiles Python code without running it. Returns the error messages, keyed by the index of the code block. */
export function checkPython(blocks: readonly CodeBlock[]): Readonly<Record<string, string>> {
  const input = JSON.stringify(blocks.map(({ code }) => code))
  const { status, stdout, stderr } = spawnSync('python3', ['-c', python], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The syntax check with python3 failed: ${stderr}`)
  return JSON.parse(stdout) as Record<string, string>
}
