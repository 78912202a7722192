import type { VNode } from 'preact'
import { type NamespacePage, toObjectPlace, useCatalog } from '../api/catalog.ts'
import { nextCatalogToken, usePages } from '../api/use-pages.ts'
import { Link } from '../router.tsx'
import { t } from '../text.ts'
import { Icon } from '../ui/icons.tsx'
import { Rows } from '../ui/rows.tsx'
import { Empty, Shown } from '../ui/states.tsx'

interface NamespaceListProps {
  readonly warehouse: string
  readonly parent: readonly string[]
}

/** Lists the top-level namespaces of a warehouse, or the namespaces directly below a namespace. */
export function NamespaceList({ warehouse, parent }: NamespaceListProps): VNode {
  const catalog = useCatalog(warehouse)
  return (
    <Shown of={catalog}>
      {(paths) => <Loaded path={paths.namespaces(parent)} warehouse={warehouse} parent={parent} />}
    </Shown>
  )
}

function Loaded({ path, warehouse, parent }: NamespaceListProps & { readonly path: string }): VNode {
  const rows = usePages<readonly string[], NamespacePage>(
    path,
    ({ namespaces }) => namespaces,
    nextCatalogToken,
  )
  return (
    <Rows
      rows={rows}
      label={t('Namespaces')}
      toKey={(namespace) => namespace.join('\u001F')}
      empty={
        <Empty title={parent.length === 0 ? t('No namespaces yet') : t('No namespaces below this one')}>
          {parent.length === 0 ? t('An engine creates one with CREATE SCHEMA.') : undefined}
        </Empty>
      }
    >
      {(namespace) => (
        <>
          <Icon name="namespace" />
          <Link to={toObjectPlace(warehouse, namespace)}>{namespace.at(-1)}</Link>
        </>
      )}
    </Rows>
  )
}
