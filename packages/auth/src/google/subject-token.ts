import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { whoOf } from '../token-expiry.ts'
import type { Token } from '../token.ts'
import { askGoogle, type GoogleContext } from './ask-google.ts'
import { awsSubject } from './aws-subject.ts'
import type { GoogleCredential } from './credential-file.ts'
import { executableSubject } from './executable-subject.ts'
import type { SubjectPlace } from './subject-place.ts'
import { readTextFile } from '../needs-node.ts'

export type ExternalAccount = Extract<GoogleCredential, { type: 'external_account' }>

/** What proves to Google who a workload is, got anew each time: those who make it renew it. */
export function subjectToken(
  account: ExternalAccount,
  property: string,
  context: GoogleContext,
): Source<Token> {
  return async (wait = {}) => {
    const value = checkToken(await textOf(account, property, context, wait), property)
    const { kind } = account.subject
    return {
      value: new Secret(value),
      provenance: { ...whoOf(value), obtainedBy: kind, renewableBy: [kind] },
    }
  }
}

async function textOf(
  account: ExternalAccount,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  const { subject } = account
  switch (subject.kind) {
    case 'aws':
      return await awsSubject(subject.verificationUrl, account.audience, property, context, wait)
    case 'executable':
      return await executableSubject(subject, account, property, context, wait)
    case 'file':
    case 'url':
      break
  }
  const text = await placedText(subject, property, context, wait)
  return (subject.member === undefined ? text : memberOf(text, subject.member)).trim()
}

async function placedText(
  { kind, at, headers }: Extract<SubjectPlace, { kind: 'file' | 'url' }>,
  property: string,
  context: GoogleContext,
  wait: WaitOptions,
): Promise<string> {
  if (kind === 'url') {
    return (await askGoogle({ url: at, headers, grant: 'the token of the workload' }, context, wait)).text
  }
  return await readTextFile(at, `${property} (credential_source.file)`, wait)
}

function memberOf(text: string, name: string): string {
  try {
    const value: unknown = JSON.parse(text)
    const entry = Object.entries(typeof value === 'object' && value !== null ? value : {}).find(
      ([key]) => key === name,
    )
    if (typeof entry?.[1] === 'string') return entry[1]
  } catch {
    // Told below, without the text.
  }
  throw new AuthError('malformed', `The token of the workload is not in a member ${name} of a JSON object`)
}
