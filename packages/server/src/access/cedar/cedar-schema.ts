/**
 * Schema of the entities that policies can use. Policies are validated with it when they are read. The page
 * `docs/how-to/authorizer.md` explains it.
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
