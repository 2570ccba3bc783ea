//! A form with a file, read into memory within the guard's limit.
//! Must not know what the file is for.

use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};

/// A form's file and its other fields.
#[derive(Debug, Default)]
pub struct Upload {
    /// Name of the file on the sender's side.
    pub name: String,
    pub bytes: Vec<u8>,
    fields: Vec<(String, String)>,
}

impl Upload {
    /// Reads a form whose one file stands under the name `file`.
    ///
    /// # Errors
    /// What the sender should do: the form is broken off, or no file was chosen.
    pub async fn read(
        form: Result<Multipart, MultipartRejection>,
        file: &str,
    ) -> Result<Self, String> {
        const NO_FILE: &str = "请先选择文件";
        let broken = |error: MultipartError| {
            tracing::info!(%error, "a form was broken off");
            "文件没有传完，请重新选择后再试".to_owned()
        };
        let mut form = form.map_err(|_| NO_FILE.to_owned())?;
        let mut upload = Self::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == file {
                field
                    .file_name()
                    .unwrap_or_default()
                    .clone_into(&mut upload.name);
                upload.bytes = field.bytes().await.map_err(broken)?.into();
            } else {
                upload
                    .fields
                    .push((name, field.text().await.map_err(broken)?));
            }
        }
        if upload.bytes.is_empty() && upload.name.is_empty() {
            return Err(NO_FILE.to_owned());
        }
        Ok(upload)
    }

    /// Value of another field; empty where the form has none.
    pub fn field(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let found = fields.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.trim())
    }
}
