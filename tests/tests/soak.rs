//! Some hours on boxes that go wrong at random; `cargo xtask soak` is the long
//! form.

#[tokio::test]
async fn hours_of_trouble() {
    for seed in [1, 6] {
        let summary = oobwatch_tests::soak::run(seed, 8).await.unwrap();
        assert!(summary.ok > 100 && summary.ok < summary.checks, "{summary}");
        assert!(summary.logins > 10 && summary.spells > 2, "{summary}");
    }
}
