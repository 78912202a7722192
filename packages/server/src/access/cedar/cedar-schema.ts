/**
 * Cedar schema of the entities and actions that policies can use. The server validates policies with it when it reads
 * them. `docs/how-to/authorizer.md` explains the schema.
 */
export const cedarSchema = `namespace Headgate {
  entity Group, Role, Server;
  entity Principal in [Group, Role] { issuer: String, subject: String, login?: String };
  entity Warehouse in [Server] { name: String };
  entity Namespace in [Namespace, Warehouse] { name: String, path: String, levels: Set<String>, warehouse: String };
  entity Table, View in [Namespace] { name: String, namespace: String, levels: Set<String>, warehouse: String };
  action use, select, modify, create, manage, "administer-storage" appliesTo {
    principal: Principal,
    resource: [Server, Warehouse, Namespace, Table, View],
    context: { engine?: String },
  };
}
`
