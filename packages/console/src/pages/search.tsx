import type { VNode } from 'preact'
import { toObjectPlace } from '../api/catalog.ts'
import type { NameMatch, SearchNamesResponse } from '../api/generated/management.ts'
import { useGet } from '../api/use-get.ts'
import { Link, usePlace } from '../router.tsx'
import { t } from '../text.ts'
import { Icon } from '../ui/icons.tsx'
import { Page } from '../ui/page.tsx'
import { Empty, Shown } from '../ui/states.tsx'

/** Lists namespaces, tables and views whose names begin with a text. */
export function SearchPage(): VNode {
  const { query } = usePlace()
  const text = query.get('text') ?? ''
  const loaded = useGet<SearchNamesResponse>(
    text === '' ? null : `management/v1/search?limit=100&text=${encodeURIComponent(text)}`,
  )
  return (
    <Page
      title={t('Search: {text}', { text })}
      about={t('Names that begin with this text, in all warehouses.')}
    >
      {text === '' && <Empty title={t('No text')}>{t('Enter the beginning of a name.')}</Empty>}
      {text !== '' && (
        <Shown of={loaded}>
          {({ matches, more }) => (
            <>
              {matches.length === 0 && (
                <Empty title={t('No name begins with this text')}>
                  {t('The search finds the beginning of the name of a table, view or namespace.')}
                </Empty>
              )}
              <div role="list" aria-label={t('Matches')}>
                {matches.map((match) => (
                  <div class="row" role="listitem" key={match.id}>
                    <Icon
                      name={match.name === null ? 'namespace' : match.kind === 'view' ? 'view' : 'table'}
                    />
                    <Link to={toMatchPlace(match)}>{match.name ?? match.namespace.at(-1)}</Link>
                    <span class="muted row-end clip">
                      {[match.warehouse, ...match.namespace].join(' / ')}
                    </span>
                  </div>
                ))}
              </div>
              {more && <p class="muted">{t('There are more matches. Search for a longer text.')}</p>}
            </>
          )}
        </Shown>
      )}
    </Page>
  )
}

/** Returns the place of a match. The console has no page for Lance tables, so they lead to their namespace. */
function toMatchPlace({ warehouse, namespace, name, kind }: NameMatch): string {
  if (name === null || kind === 'lance-table') return toObjectPlace(warehouse, namespace)
  return toObjectPlace(warehouse, namespace, { kind: kind === 'view' ? 'view' : 'table', name })
}
