//! Learners that the simulations train: nearest neighbours, a random forest and a small network.
//! Plain, seeded, for regression with squared error.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What to train.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Learner {
    /// Mean of the three nearest: copies twins.
    ThreeNearest,
    /// Thirty trees grown to their ends on bootstrapped rows, a third of the features tried at each
    /// split (Breiman 2001).
    Forest,
    /// Two hidden layers of 32 with rectifiers, trained by Adam without any regularisation until it
    /// begins to memorise.
    Network,
}

/// A trained learner.
pub(crate) enum Model<'a> {
    Nearest {
        k: usize,
        features: &'a [Vec<f32>],
        targets: &'a [f64],
        training: &'a [u32],
    },
    Forest(Vec<Tree>),
    Network(Box<Network>),
}

impl Learner {
    pub(crate) fn train<'a>(
        self,
        features: &'a [Vec<f32>],
        targets: &'a [f64],
        training: &'a [u32],
        seed: u64,
    ) -> Model<'a> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        match self {
            Self::ThreeNearest => Model::Nearest {
                k: 3,
                features,
                targets,
                training,
            },
            Self::Forest => {
                let trees = (0..30).map(|_| Tree::grow(features, targets, training, &mut random));
                Model::Forest(trees.collect())
            }
            Self::Network => {
                let mut network = Network::new(features, training, &mut random);
                network.fit(features, targets, training, &mut random);
                Model::Network(Box::new(network))
            }
        }
    }
}

impl Model<'_> {
    pub(crate) fn predict(&self, query: &[f32]) -> f64 {
        match self {
            Model::Nearest {
                k,
                features,
                targets,
                training,
            } => nearest(*k, features, targets, training, query),
            Model::Forest(trees) => {
                trees.iter().map(|tree| tree.predict(query)).sum::<f64>() / trees.len() as f64
            }
            Model::Network(network) => network.predict(query),
        }
    }
}

/// Standard normal.
pub(crate) fn normal(random: &mut impl Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn nearest(
    k: usize,
    features: &[Vec<f32>],
    targets: &[f64],
    training: &[u32],
    query: &[f32],
) -> f64 {
    let mut best: Vec<(f32, u32)> = Vec::with_capacity(k + 1);
    for &row in training {
        let pairs = features[row as usize].iter().zip(query);
        let distance: f32 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
        if best.len() < k || distance < best[k - 1].0 {
            let at = best.partition_point(|other| other.0 <= distance);
            best.insert(at, (distance, row));
            best.truncate(k);
        }
    }
    let sum: f64 = best.iter().map(|&(_, row)| targets[row as usize]).sum();
    sum / best.len() as f64
}

/// A regression tree as a list of nodes; the first is the root.
pub(crate) struct Tree(Vec<Node>);

enum Node {
    Leaf(f64),
    Split {
        feature: usize,
        threshold: f32,
        below: usize,
        above: usize,
    },
}

impl Tree {
    fn grow(
        features: &[Vec<f32>],
        targets: &[f64],
        training: &[u32],
        random: &mut impl Rng,
    ) -> Self {
        let mut rows: Vec<u32> = (0..training.len())
            .map(|_| training[random.random_range(0..training.len())])
            .collect();
        let mut tree = Self(Vec::new());
        tree.node(features, targets, &mut rows, random);
        tree
    }

    /// Adds the node for these rows and all below it; its place.
    fn node(
        &mut self,
        features: &[Vec<f32>],
        targets: &[f64],
        rows: &mut [u32],
        random: &mut impl Rng,
    ) -> usize {
        let target = |row: u32| targets[row as usize];
        let place = self.0.len();
        let mean = rows.iter().map(|&row| target(row)).sum::<f64>() / rows.len() as f64;
        self.0.push(Node::Leaf(mean));
        if rows.iter().all(|&row| target(row) == target(rows[0])) {
            return place;
        }
        let width = features[0].len();
        let mut tried: Vec<usize> = (0..width).collect();
        tried.shuffle(random);
        let mut best: Option<(f64, usize, f32)> = None;
        for &feature in tried.iter().take(width.div_ceil(3)) {
            let value = |row: u32| features[row as usize][feature];
            rows.sort_unstable_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
            let total: f64 = rows.iter().map(|&row| target(row)).sum();
            let mut left = 0.0;
            for (at, two) in (1..).zip(rows.windows(2)) {
                left += target(two[0]);
                let (low, high) = (value(two[0]), value(two[1]));
                if low == high {
                    continue;
                }
                // The split that explains most: the greatest sum of squared sums over sizes.
                let (n, m) = (f64::from(at), rows.len() as f64 - f64::from(at));
                let gain = left * left / n + (total - left).powi(2) / m;
                if best.is_none_or(|(most, ..)| gain > most) {
                    best = Some((gain, feature, low + (high - low) / 2.0));
                }
            }
        }
        let Some((_, feature, threshold)) = best else {
            return place;
        };
        let value = |row: u32| features[row as usize][feature];
        rows.sort_unstable_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
        let cut = rows.partition_point(|&row| value(row) <= threshold);
        // Between neighbouring numbers the middle may round up to the upper one.
        if cut == 0 || cut == rows.len() {
            return place;
        }
        let (low, high) = rows.split_at_mut(cut);
        let below = self.node(features, targets, low, random);
        let above = self.node(features, targets, high, random);
        self.0[place] = Node::Split {
            feature,
            threshold,
            below,
            above,
        };
        place
    }

    fn predict(&self, query: &[f32]) -> f64 {
        let mut at = 0;
        loop {
            match &self.0[at] {
                Node::Leaf(mean) => return *mean,
                Node::Split {
                    feature,
                    threshold,
                    below,
                    above,
                } => {
                    at = if query[*feature] <= *threshold {
                        *below
                    } else {
                        *above
                    }
                }
            }
        }
    }
}

const HIDDEN: usize = 32;
const EPOCHS: usize = 60;
const BATCH: usize = 32;
const RATE: f32 = 2e-3;

/// Input, two hidden layers, one output; inputs are standardised.
pub(crate) struct Network {
    layers: [Layer; 3],
    mean: Vec<f32>,
    scale: Vec<f32>,
}

struct Layer {
    inputs: usize,
    /// Weights by output, the bias last; then Adam's two moments.
    weights: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Layer {
    fn new(inputs: usize, outputs: usize, random: &mut impl Rng) -> Self {
        let size = (2.0 / inputs as f64).sqrt();
        let mut weights = Vec::new();
        for _ in 0..outputs {
            weights.extend((0..inputs).map(|_| (size * normal(random)) as f32));
            weights.push(0.0);
        }
        Self {
            first: vec![0.0; weights.len()],
            second: vec![0.0; weights.len()],
            inputs,
            weights,
        }
    }

    fn forward(&self, input: &[f32], rectify: bool, output: &mut Vec<f32>) {
        output.clear();
        output.extend(self.weights.chunks_exact(self.inputs + 1).map(|row| {
            let (weights, bias) = row.split_at(self.inputs);
            let sum: f32 = weights.iter().zip(input).map(|(w, x)| w * x).sum();
            let value = sum + bias[0];
            if rectify { value.max(0.0) } else { value }
        }));
    }

    /// Adds to the gradient of the weights, and gives that of the input.
    fn backward(&self, input: &[f32], error: &[f32], gradient: &mut [f32]) -> Vec<f32> {
        let mut back = vec![0.0; self.inputs];
        let rows = self.weights.chunks_exact(self.inputs + 1);
        for ((row, sums), &error) in rows
            .zip(gradient.chunks_exact_mut(self.inputs + 1))
            .zip(error)
        {
            for i in 0..self.inputs {
                sums[i] += error * input[i];
                back[i] += error * row[i];
            }
            sums[self.inputs] += error;
        }
        back
    }

    /// A step of Adam (Kingma and Ba 2015).
    fn step(&mut self, gradient: &[f32], number: i32) {
        let (a, b) = (0.9f32, 0.999f32);
        let rate = RATE * (1.0 - b.powi(number)).sqrt() / (1.0 - a.powi(number));
        for (i, &g) in gradient.iter().enumerate() {
            self.first[i] = a * self.first[i] + (1.0 - a) * g;
            self.second[i] = b * self.second[i] + (1.0 - b) * g * g;
            self.weights[i] -= rate * self.first[i] / (self.second[i].sqrt() + 1e-8);
        }
    }
}

impl Network {
    fn new(features: &[Vec<f32>], training: &[u32], random: &mut impl Rng) -> Self {
        let width = features[0].len();
        let n = training.len() as f32;
        let of = |i: usize| training.iter().map(move |&row| features[row as usize][i]);
        let mean: Vec<f32> = (0..width).map(|i| of(i).sum::<f32>() / n).collect();
        let scale = (0..width).map(|i| {
            let variance = of(i).map(|v| (v - mean[i]).powi(2)).sum::<f32>() / n;
            1.0 / variance.sqrt().max(1e-6)
        });
        Self {
            scale: scale.collect(),
            mean,
            layers: [
                Layer::new(width, HIDDEN, random),
                Layer::new(HIDDEN, HIDDEN, random),
                Layer::new(HIDDEN, 1, random),
            ],
        }
    }

    fn input(&self, query: &[f32]) -> Vec<f32> {
        let centred = query.iter().zip(&self.mean).map(|(x, mean)| x - mean);
        centred
            .zip(&self.scale)
            .map(|(x, scale)| x * scale)
            .collect()
    }

    fn fit(
        &mut self,
        features: &[Vec<f32>],
        targets: &[f64],
        training: &[u32],
        random: &mut impl Rng,
    ) {
        let mut order = training.to_vec();
        let mut number = 0;
        let (mut a, mut b, mut out) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..EPOCHS {
            order.shuffle(random);
            for batch in order.chunks(BATCH) {
                let mut gradients =
                    [0, 1, 2].map(|l: usize| vec![0.0; self.layers[l].weights.len()]);
                for &row in batch {
                    let input = self.input(&features[row as usize]);
                    self.layers[0].forward(&input, true, &mut a);
                    self.layers[1].forward(&a, true, &mut b);
                    self.layers[2].forward(&b, false, &mut out);
                    let error = (out[0] - targets[row as usize] as f32) * 2.0 / batch.len() as f32;
                    let mut back = self.layers[2].backward(&b, &[error], &mut gradients[2]);
                    mask(&mut back, &b);
                    let mut back = self.layers[1].backward(&a, &back, &mut gradients[1]);
                    mask(&mut back, &a);
                    self.layers[0].backward(&input, &back, &mut gradients[0]);
                }
                number += 1;
                for (layer, gradient) in self.layers.iter_mut().zip(&gradients) {
                    layer.step(gradient, number);
                }
            }
        }
    }

    fn predict(&self, query: &[f32]) -> f64 {
        let (mut a, mut b) = (self.input(query), Vec::new());
        for (at, layer) in self.layers.iter().enumerate() {
            layer.forward(&a, at < 2, &mut b);
            std::mem::swap(&mut a, &mut b);
        }
        f64::from(a[0])
    }
}

/// What a rectifier held back has no gradient.
fn mask(gradient: &mut [f32], output: &[f32]) {
    for (gradient, &output) in gradient.iter_mut().zip(output) {
        if output <= 0.0 {
            *gradient = 0.0;
        }
    }
}
