using System.Globalization;
using Forecast;
using Sweep;
using TorchSharp;

// Forecasts the next month of a series with an LSTM or a GRU. Without Sweep it runs by hand: dotnet built/Forecast.dll
const int Window = 24, StepsOfAnEpoch = 10;

var trial = Trial.Current;
var device = Libtorch.Load(trial.Device);
torch.random.manual_seed(trial.Seed);
var series = MonthlySeries.Make();
using var windows = new Windows(series, Window, validation: 48, device);
using var model = new Forecaster(trial.Parameters.Get("cell", "lstm"), trial.Parameters.Get("hidden_size", 16));
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"The same month of the year before would be wrong by {windows.ErrorOfLastYear:0.00} (root mean square)."));

// All that the next epoch depends on: each step takes the whole training set, so that chance has no part after the first weights.
var (weights, moments) = (Path.Combine(trial.Checkpoint, "model"), Path.Combine(trial.Checkpoint, "optimizer"));
var goesOn = File.Exists(weights);
if (goesOn)
    model.load(weights);
// The first weights are drawn on the CPU, so that they are the same on every device. The optimizer knows the tensors of its device alone.
model.to(device);
using var optimizer = torch.optim.Adam(model.parameters(), trial.Parameters.Get("learning_rate", 0.01));
if (goesOn)
    optimizer.load_state_dict(moments);

foreach (var epoch in trial.Epochs(10))
{
    var loss = 0.0;
    for (var step = 0; step < StepsOfAnEpoch; step++)
    {
        using var scope = torch.NewDisposeScope();
        optimizer.zero_grad();
        var error = torch.nn.functional.mse_loss(model.call(windows.Training.Inputs), windows.Training.Targets);
        error.backward();
        optimizer.step();
        loss = error.ToDouble();
    }

    model.save(weights);
    optimizer.save_state_dict(moments);
    trial.Report(("train_loss", loss), ("val_rmse", windows.ErrorOf(model)));
}
