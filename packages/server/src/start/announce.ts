import { styleText } from 'node:util'
import { snippets, type SnippetFacts } from './snippets.ts'

export interface Announcement extends SnippetFacts {
  /** True when the default warehouse exists. Otherwise the text contains no snippets for clients. */
  readonly hasWarehouse: boolean
  readonly dataDir: string | null
  /** URL of the storage gateway for clients, or null when the server has no storage gateway. */
  readonly gatewayUrl: string | null
  /**
   * Text that names the file of the credential, or the command that creates a credential. Null when the server is
   * anonymous.
   */
  readonly credential: string | null
  readonly anonymous: boolean
  readonly hasConsole: boolean
}

/**
 * Returns the text that the server prints to standard output after its start: its URLs, and snippets for clients.
 * Programs may parse the first line, which is `ready ` and the URL.
 */
export function announcement(facts: Announcement): string {
  const lines = [
    `ready ${facts.url}`,
    '',
    `  catalog     ${facts.url}  (Iceberg REST)`,
    `  warehouse   ${facts.hasWarehouse ? facts.warehouse : howToMake(facts)}`,
    ...(facts.gatewayUrl === null || !facts.hasWarehouse
      ? []
      : [`  storage     ${facts.gatewayUrl}  (S3, clients receive the keys with each table)`]),
    ...(facts.dataDir === null ? [] : [`  data        ${facts.dataDir}`]),
    ...(facts.hasConsole ? [`  console     ${facts.url}/console  (npx headgate console signs in)`] : []),
    ...(facts.credential === null ? [] : [`  credential  ${facts.credential}`]),
    `  health      ${facts.url}/health/ready   metrics ${facts.url}/metrics`,
  ]
  if (facts.anonymous) {
    lines.push(
      '',
      styleText(
        ['bold', 'red'],
        '  ANONYMOUS: every client that reaches this address may do everything (--insecure-anonymous).',
        { stream: process.stdout },
      ),
    )
  }
  if (facts.hasWarehouse) for (const { title, text } of snippets(facts)) lines.push('', heading(title), text)
  return `${lines.join('\n')}\n`
}

/**
 * Returns the command that creates the default warehouse, with options for the region and the source of the storage
 * keys.
 */
function howToMake({ warehouse, gatewayUrl }: Announcement): string {
  const vending = gatewayUrl === null ? '' : ' --vending gateway'
  return (
    `does not exist (${warehouse}). With keys of the bucket in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, create it with: ` +
    `headgate warehouse create ${warehouse} s3://BUCKET/FOLDER --region REGION --keys-from-env${vending}`
  )
}

function heading(text: string): string {
  return styleText(['bold', 'cyan'], text, { stream: process.stdout })
}
