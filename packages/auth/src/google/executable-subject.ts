import { type WaitOptions, timeLimit } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import type { GoogleContext } from './ask-google.ts'
import { stringOf } from './json-members.ts'
import type { SubjectPlace } from './subject-place.ts'
import { readTextFile, runCommand } from '../needs-node.ts'

const ALLOW = 'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES'

interface Account {
  readonly audience: string
  readonly subjectTokenType: string
  readonly impersonationUrl: string | undefined
}

/**
 * What a program prints that a file of credentials names (executable-sourced credentials). It runs only where the
 * environment allows it, as with Google's own libraries: whoever writes the file chooses the program.
 */
export async function executableSubject(
  { command, timeoutMs, outputFile }: Extract<SubjectPlace, { kind: 'executable' }>,
  account: Account,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  if (context.env[ALLOW] !== '1') {
    const fix = `set ${ALLOW}=1 if you trust whoever wrote the file`
    throw new AuthError('configuration', `${property} names a program to run, which is not allowed: ${fix}`, {
      property,
    })
  }
  const from = `${property} (credential_source.executable)`
  if (outputFile !== undefined) {
    const kept = await keptAnswer(outputFile, from, context.now(), wait)
    if (kept !== undefined) return kept
  }
  const email = /\/serviceAccounts\/([^/:]+)$/.exec(account.impersonationUrl ?? '')?.[1]
  const env = {
    GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE: account.audience,
    GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE: account.subjectTokenType,
    GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE: '0',
    ...(outputFile === undefined ? {} : { GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE: outputFile }),
    ...(email === undefined ? {} : { GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL: decodeURIComponent(email) }),
  }
  const printed = await runCommand(command, from, { signal: timeLimit(wait.signal, timeoutMs), env })
  const answer = readAnswer(printed, from)
  if ('code' in answer) {
    const fix = 'run it in a terminal to see why'
    throw new AuthError('refused', `${from} says that it failed (${answer.code}): ${fix}`, { property })
  }
  if (outputFile !== undefined && answer.expiresAt === undefined) {
    throw new AuthError('malformed', `${from} must print expiration_time, because it has an output_file`, {
      property,
    })
  }
  if (answer.expiresAt !== undefined && answer.expiresAt <= context.now()) {
    throw new AuthError('unavailable', `${from} printed a token that has ended already`, { property })
  }
  return answer.token
}

/** What the program wrote before, while it is good. */
async function keptAnswer(
  path: string,
  from: string,
  now: number,
  wait: WaitOptions,
): Promise<string | undefined> {
  try {
    const answer = readAnswer(await readTextFile(path, from, wait), from)
    return 'token' in answer && answer.expiresAt !== undefined && answer.expiresAt > now
      ? answer.token
      : undefined
  } catch (error) {
    wait.signal?.throwIfAborted()
    // It is the program's: when it is missing or broken, the program writes it anew.
    if (isAuthError(error)) return undefined
    throw error
  }
}

type ProgramAnswer =
  { readonly token: string; readonly expiresAt: number | undefined } | { readonly code: string }

/** Version 1 of what such programs print. */
function readAnswer(text: string, from: string): ProgramAnswer {
  const members = objectOf(text)
  if (members?.['version'] !== 1 || typeof members['success'] !== 'boolean') {
    throw new AuthError('malformed', `${from} must print a JSON object with version 1 and success`)
  }
  if (!members['success']) {
    return { code: (stringOf(members, 'code') ?? 'no code').replaceAll(/[^\w .-]/g, '').slice(0, 50) }
  }
  const type = stringOf(members, 'token_type') ?? ''
  const token = stringOf(members, type.endsWith(':saml2') ? 'saml_response' : 'id_token')
  if (!/:token-type:(id_token|jwt|saml2)$/.test(type) || token === undefined) {
    throw new AuthError('malformed', `${from} must print token_type, and id_token or saml_response`)
  }
  const { expiration_time: seconds } = members
  return { token, expiresAt: typeof seconds === 'number' ? seconds * 1_000 : undefined }
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
