import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'

/** Maximum number of pages of one list. Prevents an endless loop if a source catalog always returns a next page. */
const maxPages = 10_000

/** Page of a list that the management API of a source catalog returns. */
export interface SourcePage<Item> {
  readonly items: readonly Item[]
  /** Token of the next page. It is absent, null or empty for the last page. */
  readonly next: string | null | undefined
}

/**
 * Reads all pages of a list from the management API of a source catalog.
 *
 * @throws CliError when the source returns a token twice, or more than 10,000 pages
 */
export async function readAllPages<Item>(
  request: (pageToken: string | undefined) => Promise<SourcePage<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = []
  const tokens = new Set<string>()
  let token: string | undefined
  for (;;) {
    const page = await request(token)
    items.push(...page.items)
    if (page.next === null || page.next === undefined || page.next === '') return items
    if (tokens.has(page.next) || tokens.size >= maxPages) throw endless()
    tokens.add(page.next)
    token = page.next
  }
}

function endless(): CliError {
  return new CliError(exitCode.unreachable, 'The source returns a list that does not end.', {
    next: 'Run the import without --grants, and grant the rights in the target by hand.',
  })
}
