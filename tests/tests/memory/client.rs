//! The client library: TLS, HTTP and the check, against the simulator.

use std::sync::{Arc, mpsc};
use std::thread;

use allocation_counter::measure;
use oobwatch_client::core::health::Item;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;
use oobwatch_client::{Address, Client};
use oobwatch_sim::Sim;
use oobwatch_tests::{Lab, impatient};
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

use crate::SIZES;

/// What the peak may differ by from run to run: no more than a page of a list holds in ten
/// records, and far less than the lists differ by.
const SLACK: u64 = 16 * 1024;

/// A simulator on a thread of its own, whose allocations are not counted.
fn simulator() -> Arc<Sim> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(async {
                send.send(Lab::new(|_| {}).await.sim).unwrap();
                core::future::pending::<()>().await;
            });
    });
    receive.recv().unwrap()
}

fn client(sim: &Sim) -> Client {
    let info = sim.fmc();
    Client::builder(Product::Fmc, Address::from(info.addr))
        .login(info.user.clone(), Zeroizing::new(info.password.clone()))
        .trust(Trust::pins([info.pin.parse().unwrap()]))
        .timeouts(impatient())
        .requests_per_minute(0)
        .build()
        .unwrap()
}

/// The most bytes that were allocated at once during a check of so many devices.
fn peak(runtime: &Runtime, sim: &Sim, client: &Client, devices: usize) -> u64 {
    let mut scenario = sim.scenario();
    scenario.fmc.devices = devices;
    sim.set_scenario(scenario).unwrap();
    let mut found = None;
    let cost = measure(|| found = Some(runtime.block_on(client.check())));
    let states = found.unwrap().counts.states(Item::Devices).unwrap();
    assert_eq!(states.ok as usize, devices);
    println!("{devices} devices: {cost:?}");
    cost.bytes_max
}

#[test]
fn a_check_takes_no_more_memory_for_ten_thousand_devices_than_for_ten() {
    let sim = simulator();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(async { client(&sim) });
    // What is made once, such as the session.
    peak(&runtime, &sim, &client, 1);
    let peaks = SIZES.map(|devices| peak(&runtime, &sim, &client, devices));
    for peak in peaks {
        assert!(peak.abs_diff(peaks[0]) < SLACK, "{peaks:?}");
    }
    runtime.block_on(client.close()).unwrap();
}
