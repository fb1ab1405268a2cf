using Sweep.Domain.Trials;

namespace Sweep.Domain.Search;

/// <summary>Values for some parameters; all others have their defaults.</summary>
public static class ParameterAssignment
{
    private static readonly Dictionary<string, ParameterValue> Defaults = ParameterCatalog.All.ToDictionary(d => d.Name, d => d.Default);

    public static ParameterValue Default(string parameter) => Defaults[parameter];

    /// <param name="values">By name; each accepted by its <see cref="ParameterDefinition"/>.</param>
    /// <param name="seed">The trial's seed where <paramref name="values"/> has none.</param>
    public static TrialParameters ToTrial(IReadOnlyDictionary<string, ParameterValue> values, long seed)
    {
        return new(
            Enum.Parse<CellKind>(Word("cell"), ignoreCase: true),
            (int)Whole("sequence_length"),
            (int)Whole("hidden_size"),
            (int)Whole("layers"),
            ((ParameterValue.Widths)Value("fully_connected")).Numbers,
            Real("learning_rate"),
            Value("batch_size") is ParameterValue.Whole batch ? (int)batch.Number : null,
            Real("dropout"),
            (int)Whole("epochs"),
            Enum.Parse<OptimizerKind>(Word("optimizer"), ignoreCase: true),
            Real("weight_decay"),
            Real("gradient_clipping"),
            values.ContainsKey("seed") ? Whole("seed") : seed);

        ParameterValue Value(string name) => values.GetValueOrDefault(name) ?? Defaults[name];
        string Word(string name) => ((ParameterValue.Word)Value(name)).Text;
        long Whole(string name) => ((ParameterValue.Whole)Value(name)).Number;
        double Real(string name) => Value(name) is ParameterValue.Whole whole ? whole.Number : ((ParameterValue.Real)Value(name)).Number;
    }

    /// <summary>The value that a trial has for a parameter of the catalog.</summary>
    public static ParameterValue ValueOf(this TrialParameters trial, string parameter) => parameter switch
    {
        "cell" => Word(trial.Cell),
        "sequence_length" => new ParameterValue.Whole(trial.SequenceLength),
        "hidden_size" => new ParameterValue.Whole(trial.HiddenSize),
        "layers" => new ParameterValue.Whole(trial.Layers),
        "fully_connected" => new ParameterValue.Widths([.. trial.FullyConnected]),
        "learning_rate" => ParameterValue.Of(trial.LearningRate),
        "batch_size" => trial.BatchSize is { } batch ? new ParameterValue.Whole(batch) : new ParameterValue.Word("full"),
        "dropout" => ParameterValue.Of(trial.Dropout),
        "epochs" => new ParameterValue.Whole(trial.Epochs),
        "optimizer" => Word(trial.Optimizer),
        "weight_decay" => ParameterValue.Of(trial.WeightDecay),
        "gradient_clipping" => ParameterValue.Of(trial.GradientClipping),
        "seed" => new ParameterValue.Whole(trial.Seed),
        _ => throw new ArgumentOutOfRangeException(nameof(parameter), parameter, "The catalog has no such parameter."),
    };

    private static ParameterValue.Word Word<T>(T value)
        where T : struct, Enum => new(value.ToString().ToLowerInvariant());

    /// <summary>Whether a dimension's condition holds for these values; a parameter that is not among them counts with its default.</summary>
    public static bool Applies(this Dimension dimension, IReadOnlyDictionary<string, ParameterValue> values) =>
        dimension.When is null || dimension.When.All(condition => condition.Value.Contains(values.GetValueOrDefault(condition.Key) ?? Defaults[condition.Key]));
}
