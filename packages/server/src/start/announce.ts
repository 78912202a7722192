import { styleText } from 'node:util'
import { snippets, type SnippetFacts } from './snippets.ts'

export interface Announcement extends SnippetFacts {
  /** Whether the warehouse is there: without it there is nothing to connect to. */
  readonly hasWarehouse: boolean
  readonly dataDir: string | null
  /** Address of the storage gateway; null: the server has none. */
  readonly gatewayUrl: string | null
  /** Where the credential is, or how to come by one; null: none is needed. */
  readonly credential: string | null
  readonly anonymous: boolean
}

/**
 * What a person needs next, on standard output. The line that begins with `ready ` comes first and is meant for
 * programs too: the address follows it.
 */
export function announcement(facts: Announcement): string {
  const lines = [
    `ready ${facts.url}`,
    '',
    `  catalog     ${facts.url}  (Iceberg REST)`,
    `  warehouse   ${facts.hasWarehouse ? facts.warehouse : howToMake(facts)}`,
    ...(facts.gatewayUrl === null || !facts.hasWarehouse
      ? []
      : [`  storage     ${facts.gatewayUrl}  (S3, keys come with the tables)`]),
    ...(facts.dataDir === null ? [] : [`  data        ${facts.dataDir}`]),
    ...(facts.credential === null ? [] : [`  credential  ${facts.credential}`]),
    `  health      ${facts.url}/health/ready   metrics ${facts.url}/metrics`,
  ]
  if (facts.anonymous) {
    lines.push(
      '',
      styleText(
        ['bold', 'red'],
        '  ANONYMOUS: everybody who reaches this address may do everything (--insecure-anonymous).',
        { stream: process.stdout },
      ),
    )
  }
  if (facts.hasWarehouse) for (const { title, text } of snippets(facts)) lines.push('', heading(title), text)
  return `${lines.join('\n')}\n`
}

/** With everything that the command needs: a region, and where its keys are. */
function howToMake({ warehouse, gatewayUrl }: Announcement): string {
  const vending = gatewayUrl === null ? '' : ' --vending gateway'
  return (
    `none called ${warehouse} yet; with keys of the bucket in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, make it with: ` +
    `headgate warehouse create ${warehouse} s3://BUCKET/FOLDER --region REGION --keys-from-env${vending}`
  )
}

function heading(text: string): string {
  return styleText(['bold', 'cyan'], text, { stream: process.stdout })
}
