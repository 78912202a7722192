// Creates the table sales.orders. Usage: create-orders.ts CREDENTIAL_FILE
import { connect } from './connect.ts'

const [credentialFile = ''] = process.argv.slice(2)
await using catalog = await connect(credentialFile)
const table = await catalog.createTable(
  { namespace: ['sales'], name: 'orders' },
  {
    schema: {
      type: 'struct',
      fields: [
        { id: 1, name: 'id', type: 'long', required: true },
        { id: 2, name: 'item', type: 'string', required: false },
      ],
    },
  },
)
console.log(`Created sales.orders at ${table.metadata.location}.`)
