using System.Diagnostics;
using Sweep.Domain.Search;
using Sweep.Trainer.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Benchmarks.Training;

/// <summary>The same training in the usual way with TorchSharp's modules: Embedding, RNN, LSTM or GRU, Linear, Adam.</summary>
internal static class BuiltInTraining
{
    /// <summary>Returns the milliseconds of the training steps of each epoch.</summary>
    public static IEnumerable<double> Epochs(TrainingShape shape, int epochs)
    {
        using var text = shape.Text();
        using var windows = new TextWindows(text, shape.Trial(1));
        using var model = new BuiltInModel(shape.Cell, text.Vocabulary.Size, shape.Hidden);
        using var optimizer = optim.Adam(model.parameters(), 0.005);
        var times = new List<double>();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            foreach (var starts in windows.ShuffledTraining(42, epoch).split(shape.Batch ?? windows.Counts.Training))
            {
                using var inner = NewDisposeScope();
                var (batch, targets) = windows.At(starts);
                optimizer.zero_grad();
                nn.functional.cross_entropy(model.call(batch), targets).backward();
                optimizer.step();
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    private sealed class BuiltInModel : nn.Module<Tensor, Tensor>
    {
        private readonly Embedding embedding;
        private readonly nn.Module recurrent;
        private readonly Linear head;

        public BuiltInModel(CellKind cell, int vocabulary, int hidden)
            : base("model")
        {
            embedding = nn.Embedding(vocabulary, hidden);
            recurrent = cell switch
            {
                CellKind.Rnn => nn.RNN(hidden, hidden, batchFirst: true),
                CellKind.Lstm => nn.LSTM(hidden, hidden, batchFirst: true),
                _ => nn.GRU(hidden, hidden, batchFirst: true),
            };
            head = nn.Linear(hidden, vocabulary);
            RegisterComponents();
        }

        public override Tensor forward(Tensor windows)
        {
            var input = embedding.call(windows);
            var states = recurrent switch
            {
                RNN rnn => rnn.call(input).Item1,
                LSTM lstm => lstm.call(input).Item1,
                GRU gru => gru.call(input).Item1,
                _ => throw new InvalidOperationException("No such cell."),
            };
            return head.call(states.select(1, -1));
        }
    }
}
