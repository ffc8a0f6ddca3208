//! Half a day on boxes that go wrong at random; `cargo xtask soak` is the long
//! form.

#[tokio::test]
async fn half_a_day_of_trouble() {
    for seed in 1..=3 {
        let summary = oobwatch_tests::soak::run(seed, 12).await.unwrap();
        assert!(summary.ok > 100 && summary.ok < summary.checks, "{summary}");
    }
}
