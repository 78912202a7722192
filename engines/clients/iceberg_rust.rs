use std::collections::HashMap;
use std::sync::Arc;

use futures::TryStreamExt;
use iceberg::{Catalog, CatalogBuilder, TableIdent};
use iceberg_catalog_rest::RestCatalogBuilder;
use iceberg_storage_opendal::OpenDalStorageFactory;

#[tokio::main]
async fn main() -> iceberg::Result<()> {
    let credential = std::env::var("HEADGATE_CREDENTIAL").expect("HEADGATE_CREDENTIAL");
    let properties = HashMap::from(
        [
            ("uri", "http://127.0.0.1:8181"),
            ("warehouse", "lakehouse"),
            ("oauth2-server-uri", "http://127.0.0.1:8181/v1/oauth/tokens"),
            ("scope", "catalog"),
            ("credential", credential.as_str()),
            ("header.x-iceberg-access-delegation", "vended-credentials"),
        ]
        .map(|(key, value)| (key.to_string(), value.to_string())),
    );
    let catalog = RestCatalogBuilder::default()
        .with_storage_factory(Arc::new(OpenDalStorageFactory::S3 {
            customized_credential_load: None,
        }))
        .load("lakehouse", properties)
        .await?;
    let table = catalog.load_table(&TableIdent::from_strs(["sales", "orders"])?).await?;
    let batches: Vec<_> = table.scan().build()?.to_arrow().await?.try_collect().await?;
    println!("{} rows", batches.iter().map(|batch| batch.num_rows()).sum::<usize>());
    Ok(())
}
