namespace Sweep.Domain.Search;

/// <summary>A text that is no <see cref="Constraint"/>.</summary>
/// <param name="remark">What is wrong with the text, to follow it in a sentence; may be empty.</param>
/// <param name="expected">The rest of the sentence after "found …; ".</param>
public sealed class ConstraintException(string remark, string expected, Exception? inner = null)
    : Exception($"A constraint is wrong{remark}; {expected}.", inner)
{
    internal const string Comparison =
        "expected comparisons of numbers and parameters (+ - * / < <= > >= == !=) joined by and, or; such as hidden_size * layers <= 1024";

    public string Remark => remark;

    public string Expected => expected;
}
