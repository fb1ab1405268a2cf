using System.Globalization;
using NCalc;
using NCalc.Exceptions;

namespace Sweep.Domain.Search;

/// <summary>
/// A condition on the parameters of a point that a sweep may try, such as <c>hidden_size * layers &lt;= 1024</c>: comparisons of numbers,
/// joined by <c>and</c> and <c>or</c>. A parameter whose own condition fails counts with its default.
/// </summary>
public sealed class Constraint
{
    /// <summary>The longest text of one.</summary>
    public const int MaxLength = 500;

    private readonly Func<Func<string, double>, bool> _holds;
    private readonly HashSet<string> _parameters = [];
    private readonly ParameterCatalog _catalog;

    private Constraint(LogicalExpression expression, ParameterCatalog catalog)
    {
        _catalog = catalog;
        _holds = Truth(expression);
    }

    /// <summary>The names of the parameters in it.</summary>
    public IReadOnlyCollection<string> Parameters => _parameters;

    /// <exception cref="ConstraintException">The text is no condition on numbers of the catalog.</exception>
    public static Constraint Parse(string text, ParameterCatalog catalog)
    {
        // The bound keeps parentheses within parentheses from exhausting the stack.
        if (text.Length > MaxLength)
            throw new ConstraintException($", which has {text.Length} characters", $"expected at most {MaxLength}");
        LogicalExpression expression;
        try
        {
            expression = LogicalExpressionParser.Parse(text, new(), CultureInfo.InvariantCulture, CancellationToken.None);
        }
        catch (Exception error) when (error is NCalcException or InvalidOperationException)
        {
            throw new ConstraintException("", ConstraintException.Comparison, error);
        }

        return new(expression, catalog);
    }

    /// <summary>Whether a point satisfies it.</summary>
    /// <param name="valueOf">The value of each of <see cref="Parameters"/>. Of a word no comparison is true.</param>
    public bool Holds(Func<string, ParameterValue> valueOf) => _holds(name => valueOf(name) switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        _ => double.NaN,
    });

    private Func<Func<string, double>, bool> Truth(LogicalExpression expression)
    {
        if (expression is not BinaryExpression binary)
            throw new ConstraintException("", ConstraintException.Comparison);
        if (binary.Type is BinaryExpressionType.And or BinaryExpressionType.Or)
        {
            var (one, other) = (Truth(binary.LeftExpression), Truth(binary.RightExpression));
            return binary.Type == BinaryExpressionType.And
                ? values => one(values) && other(values)
                : values => one(values) || other(values);
        }

        Func<double, double, bool> compare = binary.Type switch
        {
            BinaryExpressionType.Lesser => (left, right) => left < right,
            BinaryExpressionType.LesserOrEqual => (left, right) => left <= right,
            BinaryExpressionType.Greater => (left, right) => left > right,
            BinaryExpressionType.GreaterOrEqual => (left, right) => left >= right,
            BinaryExpressionType.Equal => (left, right) => left == right,
            BinaryExpressionType.NotEqual => (left, right) => left < right || left > right,
            _ => throw new ConstraintException("", ConstraintException.Comparison),
        };
        var (first, second) = (Number(binary.LeftExpression), Number(binary.RightExpression));
        return values => compare(first(values), second(values));
    }

    private Func<Func<string, double>, double> Number(LogicalExpression expression)
    {
        switch (expression)
        {
            case ValueExpression { Value: int or long or double } value:
                var number = Convert.ToDouble(value.Value, CultureInfo.InvariantCulture);
                return double.IsFinite(number) ? _ => number : throw new ConstraintException("", ConstraintException.Comparison);
            case Identifier { Name: var name }:
                if (!Names.Contains(name))
                    throw new ConstraintException($", where {name} is no parameter with numbers", $"expected {string.Join(", ", Names)}");
                _parameters.Add(name);
                return values => values(name);
            case UnaryExpression { Type: UnaryExpressionType.Negate } negated:
                var positive = Number(negated.Expression);
                return values => -positive(values);
            case BinaryExpression binary:
                var (left, right) = (Number(binary.LeftExpression), Number(binary.RightExpression));
                return binary.Type switch
                {
                    BinaryExpressionType.Plus => values => left(values) + right(values),
                    BinaryExpressionType.Minus => values => left(values) - right(values),
                    BinaryExpressionType.Times => values => left(values) * right(values),
                    BinaryExpressionType.Div => values => left(values) / right(values),
                    _ => throw new ConstraintException("", ConstraintException.Comparison),
                };
            default:
                throw new ConstraintException("", ConstraintException.Comparison);
        }
    }

    /// <summary>The parameters that it may name. A seed makes replicates of a point and no other point.</summary>
    private IEnumerable<string> Names => _catalog.All
        .Where(definition => definition.IsNumeric && !definition.IsSeed)
        .Select(definition => definition.Name);
}
