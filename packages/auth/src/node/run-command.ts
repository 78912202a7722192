import { spawn } from 'node:child_process'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'

const MAX_BYTES = 1 << 20

/**
 * Variables with secrets of a Headgate server. A program that prints credentials runs with the environment of this
 * process, because it may need any other variable, but never with these.
 */
const WITHHELD: ReadonlySet<string> = new Set([
  'HEADGATE_MASTER_KEY',
  'HEADGATE_MASTER_KEY_PREVIOUS',
  'HEADGATE_DATABASE_URL',
])

/**
 * Runs a program and returns what it printed. Drops its error output, which may hold what must not be in a log.
 *
 * @param line The program and its arguments, see {@link wordsOf}.
 * @param from The property that names it.
 * @param wait `env` are variables beside those of this process, of which the secrets of a server are withheld.
 */
export async function runCommand(
  line: string,
  from: string,
  wait: WaitOptions & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const [program = '', ...args] = wordsOf(line, from)
  const run = `${from}: ${program}`
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
    env: { ...withoutSecrets(process.env), ...wait.env },
    killSignal: 'SIGKILL',
    ...(wait.signal === undefined ? {} : { signal: wait.signal }),
  })
  const chunks: Buffer[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_BYTES) chunks.push(chunk)
    else child.kill('SIGKILL')
  })
  child.on('error', (cause) => {
    reject(
      wait.signal?.aborted === true
        ? wait.signal.reason
        : new AuthError('configuration', `${run} could not be started: ${cause.message}`, {
            property: from,
            cause,
          }),
    )
  })
  child.on('close', (code, signal) => {
    if (size > MAX_BYTES)
      reject(new AuthError('malformed', `${run} printed more than 1 MiB`, { property: from }))
    else if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'))
    else {
      const how = code === null ? `was ended by ${signal}` : `ended with code ${code}`
      reject(
        new AuthError('unavailable', `${run} ${how}: run it in a terminal to see why`, { property: from }),
      )
    }
  })
  return await promise
}

function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !WITHHELD.has(name)))
}

/** The words of a command line: between spaces, held together by single or double quotes, `\` takes the next as it is. */
export function wordsOf(line: string, from: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? ''
    if (quote !== undefined) {
      if (character === quote) quote = undefined
      else if (character === '\\' && quote === '"') word = (word ?? '') + (line[++i] ?? '')
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (character === '\\') word = (word ?? '') + (line[++i] ?? '')
    else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (word !== undefined) words.push(word)
  if (quote === undefined && words.length > 0) return words
  throw new AuthError('configuration', `${from} must be a program and its arguments, with quotes in pairs`, {
    property: from,
  })
}
