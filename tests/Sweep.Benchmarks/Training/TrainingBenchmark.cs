using System.Globalization;
using Sweep.Domain.Protocol;
using TorchSharp;

namespace Sweep.Benchmarks.Training;

/// <summary>
/// Compares the trainer's loop with TorchSharp's built-in modules in their default settings, and with a floor. The floor is three times the
/// multiply-accumulates of the published model (forward, backward to the states, and backward to the weights), divided by the measured rate
/// of matrix products. The trainer can be faster than the floor, since it looks up the input products instead of computing them.
/// </summary>
public static class TrainingBenchmark
{
    private const int DefaultRounds = 5;

    /// <param name="arguments">Nothing, a number of rounds, <c>vocabulary</c>, or <c>shakespeare</c>.</param>
    public static int Run(string[] arguments) => arguments switch
    {
        [Contestant.Argument, var name] => Contestant.Serve(name),
        ["shakespeare"] => ShakespeareBenchmark.Run(),
        ["vocabulary"] => Compare(1, TrainingShape.Vocabularies),
        [] => Compare(DefaultRounds, TrainingShape.All),
        [var rounds]
            when int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 =>
                Compare(count, TrainingShape.All),
        _ => Refuse(arguments),
    };

    private static int Compare(int rounds, IEnumerable<TrainingShape> shapes)
    {
        torch.set_num_threads(1);
        using var ours = new Contestant("ours", TrainerEnvironment.Variables);
        using var builtIn = new Contestant("built-in", new Dictionary<string, string>());
        Console.WriteLine($"Milliseconds an epoch on one thread, median of {rounds} rounds in turn.");
        Console.WriteLine($"{"",-32} {"ours",8} {"built-in",9} {"floor",8} {"ours/built-in",14} {"ours/floor",11}");
        foreach (var shape in shapes)
        {
            var (ourTimes, builtInTimes, floors) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                ourTimes.Add(ours.Train(shape));
                builtInTimes.Add(builtIn.Train(shape));
                floors.Add(3000.0 * shape.Model.Macs * shape.TrainingWindows / MatrixProduct.Rate());
            }

            var (our, their, floor) = (Median(ourTimes), Median(builtInTimes), Median(floors));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{shape.Name,-32} {our,8:0.0} {their,9:0.0} {floor,8:0.0} {our / their,14:0.00} {our / floor,11:0.00}"));
        }

        return 0;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static int Refuse(string[] arguments)
    {
        Console.Error.WriteLine(
            $"training: found {string.Join(' ', arguments)}; expected nothing, a number of rounds, vocabulary, or shakespeare.");
        return 2;
    }
}
