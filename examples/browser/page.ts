// Web page that lists tables, and counts its visits in a property of one table.
import { RestCatalog, type TableIdentifier } from '@headgate/iceberg/client'

const visits = { namespace: ['sales'], name: 'visits' } as const
const schema = { type: 'struct', fields: [{ id: 1, name: 'page', type: 'string', required: true }] } as const

const form = find('connection', HTMLFormElement)
const message = find('message', HTMLElement)
const list = find('tables', HTMLElement)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void show()
})

// A link may contain the token in its fragment, because browsers do not send the fragment to servers. The page reads
// the token and removes it from the address.
if (location.hash.length > 1) {
  find('token', HTMLInputElement).value = location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
  await show()
}

async function show(): Promise<void> {
  const input = new FormData(form)
  const text = (name: string): string => {
    const value = input.get(name)
    return typeof value === 'string' ? value : ''
  }
  message.textContent = 'Connecting …'
  try {
    await using catalog = await RestCatalog.connect({
      uri: text('uri'),
      warehouse: text('warehouse'),
      properties: { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': text('token') },
    })
    const count = await countVisit(catalog)
    message.textContent = `This is visit ${count}.`
    list.replaceChildren()
    for await (const namespace of catalog.listNamespaces())
      for await (const table of catalog.listTables(namespace)) list.append(await describe(catalog, table))
  } catch (error) {
    message.textContent = error instanceof Error ? error.message : String(error)
  }
}

/**
 * Increments the number in the table property. If another page commits first, the function runs again on the new
 * state.
 */
async function countVisit(catalog: RestCatalog): Promise<string> {
  const table = (await catalog.tableExists(visits))
    ? await catalog.loadTable(visits)
    : await catalog.createTable(visits, { schema })
  const before = Number(table.metadata.properties?.['visits'] ?? 0)
  const after = await catalog
    .updateTable(table)
    .setProperties({ visits: String(before + 1) })
    .commit()
  return after.metadata.properties?.['visits'] ?? ''
}

async function describe(catalog: RestCatalog, identifier: TableIdentifier): Promise<HTMLElement> {
  const { metadata } = await catalog.loadTable(identifier)
  const current = metadata.schemas.find((each) => each['schema-id'] === metadata['current-schema-id'])
  const columns = current?.fields.map(({ name }) => name).join(', ') ?? ''
  const item = document.createElement('li')
  item.textContent = `${identifier.namespace.join('.')}.${identifier.name}: ${columns}`
  return item
}

function find<T extends Element>(name: string, type: abstract new () => T): T {
  const element = document.querySelector(`#${name}, [name="${name}"]`)
  if (!(element instanceof type)) throw new Error(`The page has no element ${name}.`)
  return element
}
